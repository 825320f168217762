"""A client on slixmpp with stream management, whose connection a test cuts: commands come as lines on stdin, what
happens goes out as lines of JSON.

Usage: slixmpp_resuming.py PORT JID PASSWORD ROOM NICK
Commands: "/cut" breaks the connection without a goodbye, "/back" connects again; anything else is said in the room.
"""

import asyncio
import json
import sys

import slixmpp


def tell(kind, **details):
    print(json.dumps({"kind": kind, **details}), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, port, jid, password, room, nick):
        super().__init__(jid, password)
        self.port, self.room, self.nick = port, room, nick
        for plugin in ("xep_0045", "xep_0198"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("session_resumed", lambda _: tell("resumed"))
        self.add_event_handler("sm_enabled", lambda _: tell("enabled"))
        self.add_event_handler("sm_failed", lambda _: tell("not-resumed"))
        self.add_event_handler("disconnected", lambda _: tell("disconnected"))
        self.add_event_handler("groupchat_message", self.groupchat)

    def dial(self):
        self.connect(("127.0.0.1", self.port), use_ssl=False, disable_starttls=True)

    async def started(self, _):
        self.send_presence()
        await self["xep_0045"].join_muc_wait(self.room, self.nick, maxstanzas=0, timeout=20)
        tell("joined")

    def groupchat(self, message):
        tell("groupchat", nick=message["mucnick"], body=message["body"])

    async def commands(self):
        reader = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).decode().strip():
            if line == "/cut":
                self.transport.abort()
            elif line == "/back":
                self.dial()
            else:
                self.send_message(mto=self.room, mbody=line, mtype="groupchat")


async def main():
    port, jid, password, room, nick = sys.argv[1:]
    client = Client(int(port), jid, password, room, nick)
    client.dial()
    await client.commands()


if __name__ == "__main__":
    asyncio.get_event_loop().run_until_complete(main())
