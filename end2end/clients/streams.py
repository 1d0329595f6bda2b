"""Listens to streams of events through httpx-sse.

Reads a JSON object a line, {"url": ..., "token": ..., "after": the id of the last event seen, or null, "count": ...}, and
answers each with one line of JSON: {"type": the answer's content type, "events": [{"event": ..., "data": ..., "id": ...,
"at": seconds since it was asked}, ...]} of so many events that have data.
"""

import json
import sys
import time
from itertools import islice

import httpx
from httpx_sse import connect_sse

PATIENCE = 20

for order in map(json.loads, sys.stdin):
    headers = {"Authorization": f"Bearer {order['token']}"}
    if order["after"]:
        headers["Last-Event-ID"] = order["after"]
    began = time.monotonic()
    with httpx.Client(timeout=PATIENCE, trust_env=False) as client:
        with connect_sse(client, "GET", order["url"], headers=headers) as source:
            source.response.raise_for_status()
            # It makes an event of a hint at reconnecting too, which has no data.
            told = (sse for sse in source.iter_sse() if sse.data)
            events = [
                {"event": sse.event, "data": sse.data, "id": sse.id, "at": time.monotonic() - began}
                for sse in islice(told, order["count"])
            ]
            answer = {"type": source.response.headers["content-type"], "events": events}
    print(json.dumps(answer), flush=True)
