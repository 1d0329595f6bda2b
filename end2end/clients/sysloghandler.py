"""Logs through the SysLogHandler of Python's own library, which ends each message with a NUL.

Reads a JSON object a line, {"port": ..., "way": "UDP" or "TCP", "ident": ..., "lines": [[level, text], ...]}, and answers
each with true once its lines are sent. `ident` goes before each text.
"""

import json
import logging
import socket
import sys
from logging.handlers import SysLogHandler


class Handler(SysLogHandler):
    def handleError(self, record):
        raise


KINDS = {"UDP": socket.SOCK_DGRAM, "TCP": socket.SOCK_STREAM}
for order in map(json.loads, sys.stdin):
    handler = Handler(("127.0.0.1", order["port"]), SysLogHandler.LOG_LOCAL2, KINDS[order["way"]])
    handler.ident = order["ident"]
    logger = logging.getLogger(order["way"])
    logger.setLevel(logging.DEBUG)
    logger.addHandler(handler)
    for level, text in order["lines"]:
        logger.log(logging.getLevelName(level), text)
    handler.close()
    print("true", flush=True)
