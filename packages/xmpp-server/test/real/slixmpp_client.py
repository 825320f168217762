"""A client on slixmpp that a test drives: commands come as lines on stdin, what happens goes out as lines of JSON.

Usage: slixmpp_client.py PORT JID PASSWORD ROOM NICK [direct|starttls CA_FILE]
"""

import asyncio
import json
import sys

import slixmpp


def tell(kind, **details):
    print(json.dumps({"kind": kind, **details}), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password, room, nick):
        super().__init__(jid, password)
        self.room, self.nick = room, nick
        for plugin in ("xep_0030", "xep_0045", "xep_0092", "xep_0199"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("failed_auth", lambda _: tell("failed-auth"))
        self.add_event_handler("disconnected", lambda _: tell("disconnected"))
        self.add_event_handler("groupchat_message", self.groupchat)
        self.add_event_handler("message", self.message)

    async def started(self, _):
        try:
            await self.get_roster()
            self.send_presence()
            items = await self["xep_0030"].get_items(jid=self.boundjid.domain)
            tell("items", jids=[item[0] for item in items["disco_items"]["items"]])
            version = await self["xep_0092"].get_version(self.boundjid.domain)
            tell("version", name=version["software_version"]["name"])
            await self["xep_0199"].ping(self.boundjid.domain)
            await self["xep_0045"].join_muc_wait(self.room, self.nick, maxstanzas=0, timeout=20)
            tell("joined", mechanism=self["feature_mechanisms"].mech.name)
            asyncio.ensure_future(self.commands())
        except Exception as error:  # the test shows what went wrong
            tell("error", error=repr(error))

    def groupchat(self, message):
        tell("groupchat", nick=message["mucnick"], body=message["body"], own=message["mucnick"] == self.nick)

    def message(self, message):
        if message["type"] in ("chat", "normal"):
            tell("private", sender=str(message["from"]), body=message["body"])

    async def commands(self):
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).decode().strip():
            self.send_message(mto=self.room, mbody=line, mtype="groupchat")
        self.disconnect()


if __name__ == "__main__":
    port, jid, password, room, nick, *tls = sys.argv[1:]
    client = Client(jid, password, room, nick)
    if tls:
        client.ca_certs = tls[1]
        client.connect(("127.0.0.1", int(port)), use_ssl=tls[0] == "direct", force_starttls=tls[0] == "starttls")
    else:
        client.connect(("127.0.0.1", int(port)), use_ssl=False, disable_starttls=True)
    client.process(forever=False)
