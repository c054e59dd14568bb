"""A chat server that writes what a script says, for checks of what becomes of tool calls."""

import http.server
import json
import threading


class ScriptedServer:
    """Answers on a free port until the end of a with statement.

    turns -- by question, the completions of a conversation in their order; the last one is repeated.
    """

    def __init__(self, turns):
        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                body = json.dumps(reply(turns, request["messages"])).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_address[1]}/v1"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()


def reply(turns, messages):
    """The completion that comes next in a conversation; a greeting for one that the script does not know."""
    text = json.dumps(messages, ensure_ascii=False)
    completions = next((completions for question, completions in turns.items() if question in text), ["Hello."])
    written = sum(message["role"] == "assistant" for message in messages)
    content = completions[min(written, len(completions) - 1)]
    return {
        "id": "script", "object": "chat.completion", "created": 0, "model": "script",
        "choices": [{"index": 0, "message": {"role": "assistant", "content": content}, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }
