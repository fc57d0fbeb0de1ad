# SPDX-License-Identifier: Apache-2.0
"""Asks a server by hand: until it answers, and whether it answers right: nobody is measured answering errors."""
import http.client
import socket
import time

READY_S = 60


class WrongAnswer(Exception):
    pass


def ask(port, request, path=None, method=None, timeout=30):
    """(status, headers with names in lower case, body)"""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        body = request.body.encode() if request.body and method is None else None
        connection.request(method or request.method, path or request.paths[0], body, request.headers)
        response = connection.getresponse()
        return response.status, {name.lower(): value for name, value in response.getheaders()}, response.read()
    finally:
        connection.close()


def check(port, scenario, request, timeout=30):
    try:
        status, headers, body = ask(port, request, timeout=timeout)
    except (OSError, http.client.HTTPException) as error:
        raise WrongAnswer(f"no answer: {error!r}") from None
    try:
        right = scenario.right(status, headers, body)
    except (ValueError, OSError, EOFError):
        right = False
    if not right:
        raise WrongAnswer(f"a wrong answer: {status}, {len(body)} bytes: {body[:200].decode(errors='replace')!r}")


def accepts(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
        return True
    except OSError:
        return False


def wait_until_ready(child, port, patience=READY_S):
    """Until something accepts connections. Raises WrongAnswer where the program ends first."""
    deadline = time.monotonic() + patience
    while not accepts(port):
        if not child.alive():
            raise WrongAnswer(f"{child.name} ended: {child.log()[-600:]}")
        if time.monotonic() > deadline:
            raise WrongAnswer(f"{child.name} does not listen after {patience} s: {child.log()[-600:]}")
        time.sleep(0.01)
