"""The options of the server: from command line, environment and file, and what is wrong with them."""

from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from reference.__main__ import main
from reference.app.config import Config, ConfigError, config_from, options, options_table


def read(given=(), environment=(), file=None):
    return config_from({"data": "d", **dict(given)}, dict(environment), file)


def test_what_is_not_given_has_its_default():
    assert read() == Config(Path("d"))


def test_without_a_folder_the_user_s_data_folder_is_taken():
    assert config_from({}, {}, None).data.name == "collab-reference"


def test_the_command_line_counts_before_the_environment_and_that_before_the_file(tmp_path):
    file = tmp_path / "server.toml"
    file.write_text('port = 1\nhost = "::1"\ncarrier = "file"\n', encoding="utf-8")
    environment = {"COLLAB_PORT": "2", "COLLAB_CARRIER": "environment", "PATH": "/bin"}
    config = read({"port": "3"}, environment, file)
    assert (config.port, config.carrier, config.host) == (3, "environment", "::1")


def test_values_are_read_as_what_they_are():
    config = read(
        {
            "replicate_every": "90s",
            "reading": "reply_scope=case, megabyte=decimal",
            "smtp": "[::1]:2525",
            "document_bytes_max": "5M",
            "public_url": "https://portal.example.org/",
        }
    )
    assert config.replicate_every == timedelta(seconds=90)
    assert (config.readings.reply_scope, config.readings.megabyte) == ("case", "decimal")
    assert config.smtp == ("::1", 2525)
    assert config.document_bytes_max == 5 * 1024**2
    assert config.public_url == "https://portal.example.org"
    assert config.secure
    assert read({"replicate_every": "never"}).replicate_every is None


def test_a_file_may_have_its_readings_as_a_table(tmp_path):
    file = tmp_path / "server.toml"
    file.write_text('[reading]\nopen_scope = "message"\n', encoding="utf-8")
    assert read(file=file).readings.open_scope == "message"


def test_the_file_of_the_readme_is_taken_as_it_stands(tmp_path):
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (tmp_path / "portal.toml").write_text(
        readme.partition("```toml\n# portal.toml\n")[2].partition("```")[0], encoding="utf-8"
    )
    config = read(file=tmp_path / "portal.toml")
    assert (config.side, config.peer) == ("collaboration", "http://mvp:8080")
    assert config.readings.reply_scope == "case"


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"port": "http"}, "--port 'http': write a whole number from 0 to 65535"),
        ({"port": "65536"}, "--port '65536': write a whole number from 0 to 65535"),
        ({"port": "99999999999"}, "--port '99999999999': write a whole number from 0 to 65535"),
        ({"side": "mpv"}, "--side 'mpv': did you mean mvp?"),
        ({"replicate_every": "15"}, "--replicate-every '15': write a duration as 500ms, 30s"),
        ({"replicate_every": "0s"}, "write a duration longer than none"),
        (
            {"reading": "reply_scop=case"},
            "unknown reading 'reply_scop': did you mean 'reply_scope'?",
        ),
        ({"reading": "reply_scope"}, "write a reading as NAME=VALUE"),
        ({"time_zone": "Europe/Berln"}, "--time-zone 'Europe/Berln': write a time zone"),
        ({"time_zone": "../etc"}, "write a time zone as Europe/Berlin"),
        ({"smtp": "mail.example.org"}, "write it as mail.example.org:587"),
        ({"smtp": "mail.example.org:0"}, "write it as mail.example.org:587"),
        ({"peer": "portal.example.org"}, "write an address as https://portal.example.org"),
        ({"public_url": "http://x:99999"}, "--public-url 'http://x:99999'"),
        ({"mail_from": "nobody"}, "write an e-mail address"),
        ({"carrier": " "}, "write a text without control characters"),
        ({"document_bytes_max": "5T"}, "write a number of bytes"),
        ({"document_bytes_max": "0"}, "write a number of bytes, at least 1"),
        ({"smtp_tls": "tls"}, "--smtp-tls tls goes with --smtp"),
        ({"reading": "megabyte=binary,megabyte=decimal"}, "megabyte is chosen twice"),
        ({"side": "mvp"}, "--side mvp needs --peer and --peer-secret"),
        ({"peer": "http://x", "peer_secret": "s" * 16}, "--peer goes with --side mvp"),
        ({"data": ""}, "--data '': write a folder, as ."),
        ({"mail_templates": " "}, "--mail-templates ' ': write a folder"),
        ({"smtp_user": "u", "smtp_password": "p"}, "--smtp-user goes with --smtp"),
        ({"smtp_user": "u"}, "--smtp-user and --smtp-password go together"),
        (
            {"clock": "manual", "host": "0.0.0.0"},  # noqa: S104
            "--clock manual is for tests: listen at 127.0.0.1",
        ),
        (
            {"smtp": "mx:25", "smtp_user": "u", "smtp_password": "p", "smtp_tls": "off"},
            "--smtp-tls off would send the password in the clear",
        ),
    ],
)
def test_a_value_that_does_not_fit_is_told_with_what_would(given, told):
    with pytest.raises(ConfigError) as error:
        read(given)
    assert told in str(error.value)


def test_an_option_of_the_environment_that_does_not_exist_is_told_with_what_was_meant():
    with pytest.raises(ConfigError, match=r"COLLAB_PROT: there is no such option: .* COLLAB_PORT"):
        read(environment={"COLLAB_PROT": "1"})


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("prot = 1", "prot: there is no such option: did you mean port?"),
        ("port = 1.5", "port: write a text or a whole number"),
        ("port = true", "port: write a text or a whole number"),
        ("demo = 1", "demo: write true or false"),
        ("port = [", "it cannot be read"),
        ("port = 'x'", "port 'x': write a whole number"),
    ],
)
def test_what_is_wrong_with_a_file_is_told(tmp_path, text, told):
    file = tmp_path / "server.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError) as error:
        read(file=file)
    assert str(file) in str(error.value)
    assert told in str(error.value)


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="it cannot be read"):
        read(file=tmp_path / "nothing.toml")


@pytest.mark.parametrize("name", ["peer_secret", "smtp_password", "operator_token"])
def test_a_secret_that_does_not_fit_is_not_repeated(name):
    with pytest.raises(ConfigError) as error:
        read({name: "geheim\n"})
    assert "geheim" not in str(error.value)


def test_the_help_and_the_table_name_every_option():
    shown = CliRunner().invoke(main, ["serve", "--help"], env={"COLUMNS": "200"}).output
    for option in options():
        assert option.flag in shown
        assert option.flag in options_table()


def test_a_wrong_option_ends_with_2_and_one_line():
    for line in (["--port", "x"], ["--side", "mvp"]):
        ended = CliRunner().invoke(main, ["serve", *line])
        assert ended.exit_code == 2
        assert len(ended.stderr.splitlines()) == 1


def test_an_option_that_does_not_exist_ends_with_2_and_what_was_meant():
    ended = CliRunner().invoke(main, ["serve", "--prot", "1"])
    assert ended.exit_code == 2
    assert "--port" in ended.stderr
