#!/usr/bin/env python3
"""Asks an API for the air of each city in cities.csv, and posts every answer to a Flume agent's HTTP source.

  ./poll.py                        the simulated API and the agent on this machine, every ten seconds
  ./poll.py --once                 each city once
  ./poll.py --api https://api.aircheckr.com/v1/ --every 600      with the token in AIRCHECKR_TOKEN

An answer becomes one event: no headers, and the API's own bytes as its body. Ten events are the most that the
agent's Kafka channel takes at once, so posts have no more. Needs nothing but Python 3.
"""

import argparse
import csv
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request

BATCH = 10
TRIES = 8


def ask(api, city, token):
    """The API's answer about a city, as text."""
    address = urllib.parse.urljoin(api, "territory/BE/LAU2/name/" + urllib.parse.quote(city))
    request = urllib.request.Request(address, headers={"x-access-token": token})
    with urllib.request.urlopen(request, timeout=30) as answer:
        return answer.read().decode("utf-8")


def post(agent, bodies):
    """Posts a batch until the agent has it. A 503 means that it has none of it, so sending it again doubles nothing."""
    payload = json.dumps([{"headers": {}, "body": body} for body in bodies]).encode("utf-8")
    for attempt in range(TRIES):
        request = urllib.request.Request(agent, payload, {"Content-Type": "application/json; charset=UTF-8"})
        try:
            with urllib.request.urlopen(request, timeout=30):
                return
        except urllib.error.HTTPError as refused:
            if refused.code != 503 or attempt == TRIES - 1:
                raise
            time.sleep(int(refused.headers.get("Retry-After", "1")) * (attempt + 1))


def round_of(options, cities):
    """Asks for every city and posts what came. What fails is told, and the rest goes on."""
    bodies, failed = [], 0
    for city in cities:
        try:
            bodies.append(ask(options.api, city, options.token))
        except (OSError, ValueError) as failure:
            failed += 1
            print(f"{city}: the API gave no answer: {failure}", file=sys.stderr)
    posted = 0
    for start in range(0, len(bodies), BATCH):
        batch = bodies[start : start + BATCH]
        try:
            post(options.agent, batch)
            posted += len(batch)
        except OSError as failure:
            failed += len(batch)
            print(f"{options.agent}: {len(batch)} events were not taken: {failure}", file=sys.stderr)
    print(f"{posted} cities posted, {failed} failed", flush=True)
    return failed == 0


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--api", default="http://127.0.0.1:8091/v1/", help="the API's address, with a slash at its end")
    parser.add_argument("--agent", default="http://127.0.0.1:9260/", help="the agent's HTTP source")
    parser.add_argument("--every", type=float, default=10, help="seconds between rounds")
    parser.add_argument("--once", action="store_true", help="one round only; the exit code says whether all went well")
    parser.add_argument("--token", default=os.environ.get("AIRCHECKR_TOKEN", "simulated"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    with open(os.path.join(here, "cities.csv"), encoding="utf-8", newline="") as file:
        cities = [row["name"] for row in csv.DictReader(file)]
    while True:
        is_well = round_of(options, cities)
        if options.once:
            return 0 if is_well else 1
        time.sleep(options.every)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        pass
