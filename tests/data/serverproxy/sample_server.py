"""A web server for one test: answers what it was asked, as JSON."""

# mypy: ignore-errors

import argparse
import json
import os
import socketserver
import sys
from http.server import BaseHTTPRequestHandler


class Handler(BaseHTTPRequestHandler):
    def address_string(self):
        return "test"

    def do_GET(self):
        env = {k: v for k, v in os.environ.items() if k.startswith("SAMPLE")}
        answer = {"path": self.path, "argv": sys.argv[1:], "env": env, "cwd": os.getcwd()}
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int)
parser.add_argument("--socket")
known, _ = parser.parse_known_args()
if known.socket:
    socketserver.UnixStreamServer(known.socket, Handler).serve_forever()
else:
    socketserver.TCPServer(("127.0.0.1", known.port), Handler).serve_forever()
