"""`python -m bitsletter.healthy`, in a container: asks the web process there whether it lives."""

import os
from contextlib import closing
from http.client import HTTPConnection

PATIENCE = 4  # seconds


def main() -> int:
    """Give 0 if it lives; say otherwise why not."""
    port = int(os.environ.get("PORT", "8000"))
    with closing(HTTPConnection("127.0.0.1", port, timeout=PATIENCE)) as asked:
        try:
            asked.request("GET", "/healthz")
            status = asked.getresponse().status
        except OSError as error:
            print(f"Nobody answers on port {port}: {error}")
            return 1
    print(f"It answers {status}.")
    return int(status != 200)


if __name__ == "__main__":
    raise SystemExit(main())
