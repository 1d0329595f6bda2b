"""Speaks through Slack's own Python client.

Reads a JSON object a line, {"url": the hook's, "message": the arguments of WebhookClient.send}, and answers each with one
line of JSON: [status, body].
"""

import json
import sys

from slack_sdk.webhook import WebhookClient

for line in sys.stdin:
    task = json.loads(line)
    answer = WebhookClient(task["url"], timeout=10).send(**task["message"])
    print(json.dumps([answer.status_code, answer.body]), flush=True)
