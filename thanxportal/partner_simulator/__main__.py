"""Runs the simulator: python -m thanxportal.partner_simulator --port 8900 --weather calm."""

import argparse
import signal
import sys
from pathlib import Path

from thanxportal.partner_simulator import WEATHERS, Simulator, serve


def main() -> int:
    """Serve until interrupted; return the exit status."""
    options = _parser().parse_args()
    simulator = Simulator(
        client_id=options.client_id,
        access_token=options.access_token,
        weather=options.weather,
        seed=options.seed,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
        state=options.state,
    )
    try:
        server = serve(simulator, options.host, options.port)
    except OSError as problem:
        print(f"Can't listen on {options.host}:{options.port}: {problem.strerror}. Choose another --port.")
        return 1
    print(f"A pretend Thanx listens on {server.url} ({options.weather}). Stop it with Ctrl+C.", flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})
    server.close()
    simulator.close()
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m thanxportal.partner_simulator", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--weather", choices=sorted(WEATHERS), default="calm")
    parser.add_argument("--seed", type=int, default=0, help="the same seed brings the same faults")
    parser.add_argument("--client-id", default="demo-client")
    parser.add_argument("--access-token", default="demo-token")
    parser.add_argument("--webhook-url", help="where to post webhooks; none are posted without it")
    parser.add_argument("--webhook-secret", help="signs the webhooks")
    parser.add_argument("--state", type=Path, help="a file that keeps campaigns, jobs and keys over a restart")
    return parser


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    sys.exit(main())
