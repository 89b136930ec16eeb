"""Logging in and out, and what a session is worth afterwards."""


async def test_who_logs_out_is_out_at_once(serve):
    async with serve() as server:
        kunde = await server.recipient()
        assert (await kunde.get("/api/collaboration/inbox")).status == 200
        assert (await kunde.delete("/api/collaboration/session")).status == 204
        assert (await kunde.get("/api/collaboration/inbox")).code == "not_authenticated"
