"""Squawks through httpx-sse.

Reads a JSON object a line, {"url": where they are, "token": ..., "after": a number or "last": an id, "count": ...}, and
answers each with so many events, [[type, id, data], ...].
"""

import json
import sys

import httpx
from httpx_sse import connect_sse

for order in map(json.loads, sys.stdin):
    headers = {"Authorization": f"Bearer {order['token']}"}
    if "last" in order:
        headers["Last-Event-ID"] = order["last"]
    params = {"after": order["after"]} if "after" in order else {}
    heard = []
    with httpx.Client(timeout=30) as client:
        with connect_sse(client, "GET", order["url"], headers=headers, params=params) as source:
            for event in source.iter_sse():
                # A hint at reconnecting is none.
                if not event.data:
                    continue
                heard.append([event.event, event.id, event.data])
                if len(heard) == order["count"]:
                    break
    print(json.dumps(heard), flush=True)
