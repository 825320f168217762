"""A device on slixmpp that a test drives: each line on stdin is a command in JSON, each line on stdout what came of it.

Usage: slixmpp_pep.py PORT JID/RESOURCE PASSWORD NODE...
It wants to hear of the nodes named.
"""

import asyncio
import io
import json
import pathlib
import sys
from xml.etree import ElementTree

import slixmpp
from slixmpp.exceptions import IqError

ENTRY = "{urn:example:entry}entry"
OPTIONS = "http://jabber.org/protocol/pubsub#publish-options"


def tell(kind, **details):
    print(json.dumps({"kind": kind, **details}), flush=True)


class Device(slixmpp.ClientXMPP):
    def __init__(self, jid, password, nodes):
        super().__init__(jid, password)
        for plugin in ("xep_0030", "xep_0060", "xep_0084", "xep_0115", "xep_0163", "xep_0223", "xep_0363"):
            self.register_plugin(plugin)
        for node in nodes:
            self["xep_0163"].add_interest(node)
        self.add_event_handler("session_start", self.started)
        self.add_event_handler("failed_auth", lambda _: tell("failed-auth"))
        self.add_event_handler("pubsub_publish", self.published)
        self.add_event_handler("pubsub_retract", self.retracted)
        self.add_event_handler("avatar_metadata_publish", self.avatar)

    async def started(self, _):
        try:
            await self.get_roster()
        except Exception as error:  # the test shows what went wrong
            return tell("failed", error=repr(error))
        self.send_presence()
        tell("ready")
        asyncio.ensure_future(self.commands())

    def published(self, message):
        items = message["pubsub_event"]["items"]
        # Not by `for item in items`: slixmpp is going through them that way itself, with one index for both.
        for item in items["substanzas"]:
            if item["payload"] is not None and item["payload"].tag == ENTRY:
                tell("event", node=items["node"], id=item["id"], text=item["payload"].text)

    def retracted(self, message):
        items = message["pubsub_event"]["items"]
        for item in items["substanzas"]:
            tell("retracted", node=items["node"], id=item["id"])

    def avatar(self, message):
        info = message["pubsub_event"]["items"]["item"]["avatar_metadata"]["items"]
        tell("avatar", ids=[entry["id"] for entry in info])

    async def publish(self, node, id, text, options):
        form = self["xep_0004"].make_form(ftype="submit")
        form.add_field(var="FORM_TYPE", ftype="hidden", value=OPTIONS)
        for name, value in options.items():
            form.add_field(var=f"pubsub#{name}", value=value)
        payload = ElementTree.Element(ENTRY)
        payload.text = text
        await self["xep_0060"].publish(None, node, id=id, payload=payload, options=form)

    async def items(self, jid, node):
        found = await self["xep_0060"].get_items(jid, node)
        return [[item["id"], item["payload"].text] for item in found["pubsub"]["items"]]

    async def retract(self, node, id):
        await self["xep_0060"].retract(self.boundjid.bare, node, id, notify=True)

    async def configure(self, node, fields):
        config = await self["xep_0060"].get_node_config(self.boundjid.bare, node)
        form = config["pubsub_owner"]["configure"]["form"]
        form["type"] = "submit"
        for name, value in fields.items():
            form.get_fields()[f"pubsub#{name}"]["value"] = value
        await self["xep_0060"].set_node_config(self.boundjid.bare, node, form)

    async def nodes(self):
        found = await self["xep_0060"].get_nodes(self.boundjid.bare)
        return sorted(item[1] for item in found["disco_items"]["items"])

    async def delete(self, node):
        await self["xep_0060"].delete_node(self.boundjid.bare, node)

    async def show_avatar(self, text):
        data = text.encode()
        await self["xep_0084"].publish_avatar(data)
        id = self["xep_0084"].generate_id(data)
        await self["xep_0084"].publish_avatar_metadata(items=[{"id": id, "type": "image/png", "bytes": len(data)}])
        return id

    async def fetch_avatar(self, jid, id):
        found = await self["xep_0084"].retrieve_avatar(jid, id)
        return found["pubsub"]["items"]["item"]["avatar_data"]["value"].decode()

    async def find_service(self):
        """What slixmpp's own search does, which in 1.8.3 does not run on Python 3.11 (it waits for bare coroutines)."""
        answer = await self["xep_0030"].get_info(jid=self.boundjid.domain)
        info = answer["disco_info"]
        assert any(identity[:2] == ("store", "file") for identity in info["identities"]), info["identities"]
        assert "urn:xmpp:http:upload:0" in info["features"]
        forms = [form["values"] for form in info.iterables]
        [most] = [values["max-file-size"] for values in forms if "urn:xmpp:http:upload:0" in values["FORM_TYPE"]]
        self["xep_0363"].upload_service = answer["from"]
        self["xep_0363"].max_file_size = int(most)

    async def upload(self, name, text):
        data = text.encode()
        service = self["xep_0363"]
        await self.find_service()
        url = await service.upload_file(pathlib.Path(name), size=len(data), input_file=io.BytesIO(data), timeout=60)
        return {"url": url, "max": service.max_file_size}

    async def commands(self):
        reader = asyncio.StreamReader()
        loop = asyncio.get_running_loop()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            name, *arguments = json.loads(line)
            try:
                tell("done", value=await getattr(self, name)(*arguments))
            except IqError as error:
                tell("refused", condition=error.condition)
            except Exception as error:  # the test shows what went wrong
                tell("failed", error=repr(error))
        self.disconnect()


if __name__ == "__main__":
    port, jid, password, *nodes = sys.argv[1:]
    device = Device(jid, password, nodes)
    device.connect(("127.0.0.1", int(port)), use_ssl=False, disable_starttls=True)
    device.process(forever=False)
