"""Holds connections to the line gateway and does with them what it is told.

Reads a JSON object a line and answers each with one line of JSON:

    {"do": "open", "line": NAME, "url": ..., "token": ...}   connects; true
    {"do": "send", "line": NAME, "frame": ...}               sends it; true
    {"do": "read", "line": NAME}                             the next frame
    {"do": "settle", "line": NAME}                           all frames that came until all that was sent was read
    {"do": "close", "line": NAME}                            closes; the code with which that was acknowledged
"""

import json
import sys

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import connect

PATIENCE = 10


def opened(order):
    headers = {"Authorization": f"Bearer {order['token']}"}
    return connect(order["url"], additional_headers=headers, proxy=None)


def settle(line):
    if not line.ping().wait(PATIENCE):
        raise TimeoutError("no pong")
    frames = []
    while True:
        try:
            # What came before the pong is here already.
            frames.append(line.recv(timeout=0))
        except TimeoutError:
            return frames


def close(line):
    line.close()
    try:
        line.recv(timeout=0)
    except ConnectionClosed as closed:
        return closed.rcvd and closed.rcvd.code
    return None


lines = {}
for text in sys.stdin:
    order = json.loads(text)
    verb, name = order["do"], order["line"]
    answer = True
    if verb == "open":
        lines[name] = opened(order)
    elif verb == "send":
        lines[name].send(order["frame"])
    elif verb == "read":
        answer = lines[name].recv(timeout=PATIENCE)
    elif verb == "settle":
        answer = settle(lines[name])
    elif verb == "close":
        answer = close(lines[name])
    else:
        raise ValueError(f"unknown: {verb}")
    print(json.dumps(answer), flush=True)
