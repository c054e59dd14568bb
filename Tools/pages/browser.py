"""Drives a headless Chromium over its debugging pipe, with the standard library only."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import threading
import time


def chromium():
    """The path of a Chromium, or None."""
    names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
    return next(filter(None, map(shutil.which, names)), None)


class Browser:
    """One page of a fresh Chromium."""

    def __init__(self, width=1280, height=860, dark=False):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        to_browser, self._commands = os.pipe()
        self._replies, from_browser = os.pipe()
        # Chromium reads commands from descriptor 3 and writes replies to descriptor 4.
        launch = 'exec 3<&%d 4>&%d; exec "$@"' % (to_browser, from_browser)
        options = [
            "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe", "--no-first-run",
            "--disable-dev-shm-usage", "--hide-scrollbars", f"--user-data-dir={self.profile.name}", f"--window-size={width},{height}",
        ]
        if dark:
            options.append("--blink-settings=preferredColorScheme=0")
        self._process = subprocess.Popen(
            ["bash", "-c", launch, "bash", chromium(), *options, "about:blank"],
            pass_fds=[to_browser, from_browser], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_browser)
        os.close(from_browser)
        self._answers, self._number, self.console = {}, 0, []
        self._changed = threading.Condition()
        threading.Thread(target=self._listen, daemon=True).start()
        target = self._command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self._command("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.command(f"{domain}.enable")
        self.command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.command(
            "Emulation.setEmulatedMedia",
            features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def _listen(self):
        pending = b""
        while chunk := os.read(self._replies, 1 << 16):
            *messages, pending = (pending + chunk).split(b"\0")
            for message in map(json.loads, messages):
                with self._changed:
                    if "id" in message:
                        self._answers[message["id"]] = message
                    elif self._is_problem(message):
                        self.console.append(json.dumps(message["params"]))
                    self._changed.notify_all()

    @staticmethod
    def _is_problem(message):
        kind, level = message.get("method"), message.get("params", {}).get("entry", {}).get("level")
        return kind == "Runtime.exceptionThrown" or kind == "Log.entryAdded" and level in ("warning", "error")

    def _command(self, method, session=None, **parameters):
        with self._changed:
            self._number += 1
            number = self._number
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self._commands, json.dumps(message).encode() + b"\0")
        with self._changed:
            if not self._changed.wait_for(lambda: number in self._answers, timeout=60):
                raise TimeoutError(f"Chromium does not answer {method}")
            answer = self._answers.pop(number)
        if "error" in answer:
            raise RuntimeError(f"{method}: {answer['error']['message']}")
        return answer["result"]

    def command(self, method, **parameters):
        """A command of the DevTools protocol to the page."""
        return self._command(method, session=self._session, **parameters)

    def open(self, address):
        self.command("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def run(self, expression):
        """The value of an expression in the page; promises are waited for."""
        result = self.command(
            "Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in result:
            raise RuntimeError(f"{expression}: {result['exceptionDetails']['exception'].get('description')}")
        return result["result"].get("value")

    def wait(self, expression, seconds=30):
        """Waits until an expression is true in the page."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                if self.run(expression):
                    return
            except RuntimeError:
                pass  # The page is changing.
            time.sleep(0.05)
        raise TimeoutError(f"not true within {seconds} s: {expression}; the page says: {self.console[-3:]}")

    def put(self, selector, *paths):
        """Chooses files in a file input."""
        root = self.command("DOM.getDocument")["root"]["nodeId"]
        node = self.command("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.command("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def type(self, text):
        self.command("Input.insertText", text=text)

    def press(self, key, code=None, number=0):
        """Presses a key, such as Enter (13), Tab (9) or Escape (27)."""
        common = {"key": key, "code": code or key, "windowsVirtualKeyCode": number}
        text = {"text": "\r"} if key == "Enter" else {}
        self.command("Input.dispatchKeyEvent", type="keyDown", **common, **text)
        self.command("Input.dispatchKeyEvent", type="keyUp", **common)

    def picture(self, path, whole=False):
        """Writes a screenshot as PNG."""
        data = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=whole)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def colours(self, points):
        """The colours [red, green, blue] that the page shows at points [x, y] of it."""
        data = self.command("Page.captureScreenshot", format="png", captureBeyondViewport=True)["data"]
        return self.run("""(async (data, points) => {
            const bytes = Uint8Array.from(atob(data), letter => letter.charCodeAt(0));
            const picture = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
            const pen = new OffscreenCanvas(picture.width, picture.height).getContext('2d');
            pen.drawImage(picture, 0, 0);
            const { data: values, width } = pen.getImageData(0, 0, picture.width, picture.height);
            return points.map(([x, y]) => 4 * (Math.floor(y) * width + Math.floor(x))).map(at => [...values.slice(at, at + 3)]);
        })(%s, %s)""" % (json.dumps(data), json.dumps(points)))

    def close(self):
        self._process.terminate()
        self._process.wait()
        os.close(self._commands)
        self.profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
