"""What a harness breaks stays broken, whatever becomes of the server meanwhile."""

import resource

import pytest

from reference.link.faults import Faults


def test_faults_that_cannot_be_kept_leave_those_from_before(tmp_path):
    Faults.kept_in(tmp_path).put("link", "down")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, limits[1]))  # as if the disk were full
    try:
        with pytest.raises(OSError, match="large"):
            Faults.kept_in(tmp_path).put("mail", "down")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert Faults.kept_in(tmp_path).down == {"link"}
