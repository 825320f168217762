"""A contact on slixmpp that a test drives: commands come as lines on stdin, what happens goes out as lines of JSON.

Usage: slixmpp_contacts.py PORT JID PASSWORD
"""

import asyncio
import json
import sys

import slixmpp


def tell(kind, **details):
    print(json.dumps({"kind": kind, **details}), flush=True)


class Client(slixmpp.ClientXMPP):
    def __init__(self, jid, password):
        super().__init__(jid, password)
        # The test answers requests itself.
        self.roster.auto_authorize = None
        self.roster.auto_subscribe = False
        for plugin in ("xep_0030", "xep_0191", "xep_0199", "xep_0203", "xep_0280"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("failed_auth", lambda _: tell("failed-auth"))
        self.add_event_handler("disconnected", lambda _: tell("disconnected"))
        self.add_event_handler("message", self.message)
        self.add_event_handler("message_error", self.refused)
        for kind in ("carbon_received", "carbon_sent"):
            self.add_event_handler(kind, lambda message, kind=kind: tell(kind, body=message[kind]["body"]))
        self.add_event_handler("roster_update", self.pushed)
        for name in ("subscribe", "subscribed", "unsubscribe", "unsubscribed", "available", "unavailable"):
            self.add_event_handler(f"presence_{name}", self.presence)

    async def started(self, _):
        try:
            await self.get_roster()
            await self["xep_0280"].enable()
            self.send_presence()
            info = await self["xep_0030"].get_info(jid=self.boundjid.domain)
            tell("started", features=sorted(info["disco_info"]["features"]))
            asyncio.ensure_future(self.commands())
        except Exception as error:  # the test shows what went wrong
            tell("error", error=repr(error))

    def message(self, message):
        if message["type"] in ("chat", "normal"):
            delay = message["delay"]["stamp"]
            tell("message", sender=message["from"].bare, body=message["body"], delayed=delay is not None and delay != "")

    def refused(self, message):
        tell("refused", condition=message["error"]["condition"])

    def pushed(self, iq):
        items = iq["roster"]["items"]
        tell("roster", items={str(jid): item["subscription"] for jid, item in items.items()})

    def presence(self, presence):
        if presence["from"].bare != self.boundjid.bare:
            tell("presence", type=presence["type"], sender=presence["from"].bare)

    async def commands(self):
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := (await reader.readline()).decode().strip():
            command, jid, *rest = line.split(" ", 2)
            if command == "say":
                self.send_message(mto=jid, mbody=rest[0], mtype="chat")
                # Stanzas are read in their order: what is answered after it was kept by then.
                await self["xep_0199"].ping(self.boundjid.domain)
                tell("said", body=rest[0])
            elif command == "block":
                await self["xep_0191"].block(jid)
                blocked = await self["xep_0191"].get_blocked()
                tell("blocked", items=sorted(str(item) for item in blocked["blocklist"]["items"]))
            elif command == "name":
                await self.update_roster(jid, name=rest[0], groups=["cats"])
                tell("named")
            else:
                self.send_presence_subscription(pto=jid, ptype=command)
        self.disconnect()


if __name__ == "__main__":
    port, jid, password = sys.argv[1:]
    client = Client(jid, password)
    client.connect(("127.0.0.1", int(port)), use_ssl=False, disable_starttls=True)
    client.process(forever=False)
