"""Runs cells in a notebook kernel as a front end would.

stdin:  {"folder": where the kernel starts, "cells": [{"code": ..., "interruptAfter": seconds or null}]}
stdout: per cell {"status", "outputs": [{"type", "data" | "text" | ...}]}, and whether the kernel lives at the end.
"""

import json
import queue
import sys
import time

from jupyter_client.manager import KernelManager

request = json.load(sys.stdin)
manager = KernelManager(kernel_name="tslab")
manager.start_kernel(cwd=request["folder"])
client = manager.client()


def run(code, interrupt_after):
    message = client.execute(code)
    started, interrupted, outputs = time.time(), False, []
    while time.time() - started < 60:
        if interrupt_after is not None and not interrupted and time.time() - started > interrupt_after:
            manager.interrupt_kernel()
            interrupted = True
        try:
            got = client.get_iopub_msg(timeout=0.1)
        except queue.Empty:
            if not manager.is_alive():
                return {"status": "dead", "outputs": outputs}
            continue
        if got["parent_header"].get("msg_id") != message:
            continue
        kind, content = got["msg_type"], got["content"]
        if kind == "stream":
            outputs.append({"type": content["name"], "text": content["text"]})
        elif kind in ("display_data", "update_display_data"):
            outputs.append({"type": kind, "data": content["data"], "id": content["transient"].get("display_id")})
        elif kind == "status" and content["execution_state"] == "idle":
            break
    reply = client.get_shell_msg(timeout=60)
    while reply["parent_header"].get("msg_id") != message:
        reply = client.get_shell_msg(timeout=60)
    if reply["content"]["status"] != "ok":
        time.sleep(0.4)  # tslab drops what is queued for 200 ms after an error
    return {"status": reply["content"]["status"], "outputs": outputs, "seconds": time.time() - started}


# A kernel that outlives this process would hold its output open, and whoever reads that would wait for ever.
try:
    client.start_channels()
    client.wait_for_ready(timeout=120)
    cells = [run(cell["code"], cell.get("interruptAfter")) for cell in request["cells"]]
    alive = manager.is_alive()
finally:
    client.stop_channels()
    manager.shutdown_kernel(now=True)
print(json.dumps({"cells": cells, "alive": alive}))
