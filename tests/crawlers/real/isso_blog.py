"""A static blog with Isso under /isso, on one port: filled from plan.json, then served. Runs where Isso is."""

import html
import json
import os
from importlib.metadata import version
from pathlib import Path

from isso import config, make_app
from isso.db import SQLite3
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.serving import WSGIRequestHandler, run_simple
from werkzeug.wrappers import Response

FOLDER, HOST = Path(os.environ["LACHAN_ISSO"]), os.environ["LACHAN_ISSO_HOST"]
SETTINGS = f"""[general]
dbpath = {FOLDER}/comments.db
host = http://{HOST}/
log-file = {FOLDER}/isso-server.log
[moderation]
enabled = false
[guard]
enabled = false
[rss]
base = http://{HOST}
"""
PLAN = json.loads((FOLDER / "plan.json").read_text("utf-8"))
PAGES = {
    row["path"]: f"""<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{row["title"]}</title>
<link rel="alternate" type="application/atom+xml" href="/isso/feed?uri={row["path"]}"></head><body>
<article><h1>{row["title"]}</h1><div class="entry-content"><p>{html.escape(row["text"])}</p></div></article>
<script data-isso="/isso/" src="/isso/js/embed.min.js"></script><section id="isso-thread"></section></body></html>"""
    for row in PLAN
}
PAGES["/"] = "<h1>Blog làng</h1>" + "".join(
    f'<li><a href="{row["path"]}">{row["title"]}</a></li>' for row in PLAN
)


def blog(environ, start_response):
    path = environ["PATH_INFO"]
    if path == "/robots.txt":
        answer = Response(
            "User-agent: *\nDisallow: /nhap/\nDisallow: /isso/feed?uri=/nhap/\n", mimetype="text/plain"
        )
    elif path in PAGES:
        answer = Response(PAGES[path], mimetype="text/html")
    else:
        answer = Response("không có", status=404)
    return answer(environ, start_response)


def fill(database) -> None:
    for row in PLAN:
        database.threads.new(row["path"], row["title"])
        first = None
        for said in row["comments"]:
            comment = database.comments.add(
                row["path"],
                {
                    "text": said["text"],
                    "author": said["author"],
                    "email": None,
                    "website": None,
                    "notification": 0,
                    "remote_addr": "127.0.0.1",
                    "mode": 1 if said["approved"] else 2,
                    "parent": first if said["reply"] else None,
                },
            )
            first = first or (comment["id"] if said["approved"] else None)


class Quiet(WSGIRequestHandler):
    def log_request(self, *arguments):
        """Nothing."""


if __name__ == "__main__":
    (FOLDER / "isso.cfg").write_text(SETTINGS, "utf-8")
    settings = config.load(config.default_file(), str(FOLDER / "isso.cfg"))
    fill(SQLite3(settings.get("general", "dbpath"), settings))
    application = make_app(settings, threading=True)
    (FOLDER / "version").write_text(version("isso"), "utf-8")
    address, port = HOST.split(":")
    run_simple(
        address,
        int(port),
        DispatcherMiddleware(blog, {"/isso": application}),
        threaded=True,
        request_handler=Quiet,
    )
