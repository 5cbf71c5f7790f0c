"""Starts the action server and the Rasa server, waits for both, and stops both."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from types import FrameType

from bot.paths import ROOT

ACTION_PORT = 5055
READY_SECONDS = 120.0
STOP_SECONDS = 10.0
RESTART_SECONDS = 2.0


class ServerFailed(RuntimeError):
    """A server could not be started; the message says what to do."""


def check_port(port: int, what: str, variable: str) -> None:
    """Make sure that `port` is free.

    Raises:
        ServerFailed: naming the port and the variable that moves it.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise ServerFailed(
                f"Port {port} for the {what} is in use. Stop what uses it, "
                f"or choose another: {variable}={port + 1} make run"
            ) from error


def _endpoints(action_port: int) -> str:
    """The endpoints file to use: the project's own, or a copy of it with another action port."""
    (ROOT / "var").mkdir(exist_ok=True)
    if action_port == ACTION_PORT:
        return "endpoints.yml"
    text = (ROOT / "endpoints.yml").read_text(encoding="utf-8")
    copy = ROOT / "var" / f"endpoints-{action_port}.yml"
    copy.write_text(text.replace(f":{ACTION_PORT}/", f":{action_port}/"), encoding="utf-8")
    return str(copy)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as reply:
            return bool(reply.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _wait(url: str, process: subprocess.Popen[bytes], what: str) -> None:
    limit = time.monotonic() + READY_SECONDS
    while time.monotonic() < limit:
        if process.poll() is not None:
            raise ServerFailed(f"The {what} stopped while starting; its last lines stand above.")
        if _answers(url):
            return
        time.sleep(0.2)
    raise ServerFailed(f"The {what} did not answer within {READY_SECONDS:.0f} s.")


def serve(model: str, port: int, action_port: int) -> int:
    """Run both servers until Ctrl-C, starting one that ends again; returns the exit status.

    Raises:
        ServerFailed: if a port is busy or a server does not come up.
    """
    check_port(port, "assistant", "PORT")
    check_port(action_port, "action server", "ACTION_PORT")
    environment = {**os.environ, "RASA_TELEMETRY_ENABLED": "false"}
    endpoints = _endpoints(action_port)
    commands: list[tuple[str, Sequence[str], str]] = [
        (
            "action server",
            ("-m", "rasa_sdk", "--actions", "actions", "--port", str(action_port)),
            f"http://127.0.0.1:{action_port}/health",
        ),
        (
            "assistant",
            (
                *("-m", "rasa", "run", "--model", model, "--port", str(port)),
                *("-i", "127.0.0.1", "--endpoints", endpoints),
            ),
            f"http://127.0.0.1:{port}/webhooks/rest/ready",
        ),
    ]
    processes: list[tuple[str, subprocess.Popen[bytes]]] = []

    def start(arguments: Sequence[str]) -> subprocess.Popen[bytes]:
        return subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment)

    def stop(number: int, frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    try:
        processes += [(what, start(arguments)) for what, arguments, _ in commands]
        for (what, process), (_, _, url) in zip(processes, commands, strict=True):
            _wait(url, process, what)
        print(
            f"\nThe assistant answers at http://127.0.0.1:{port}\nTry it:\n"
            f"  curl -s http://127.0.0.1:{port}/webhooks/rest/webhook "
            """-d '{"sender": "me", "message": "is it safe?"}'\n"""
            "Ctrl-C stops it.",
            flush=True,
        )
        while True:
            time.sleep(RESTART_SECONDS)
            for index, (what, process) in enumerate(processes):
                if process.poll() is not None:
                    print(
                        f"The {what} ended with status {process.returncode}; starting it again.", flush=True
                    )
                    processes[index] = (what, start(commands[index][1]))
    except KeyboardInterrupt:
        print("\nStopping ...", flush=True)
        return 0
    finally:
        _stop([process for _, process in processes])


def _stop(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        if process.poll() is None:
            process.terminate()
    limit = time.monotonic() + STOP_SECONDS
    for process in processes:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(max(limit - time.monotonic(), 0.1))
        if process.poll() is None:
            process.kill()
            process.wait()
