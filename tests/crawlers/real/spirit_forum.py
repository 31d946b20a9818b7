"""Spirit on SQLite: `fill` with the plan on standard input, or `serve`. Runs in Spirit's own environment."""

import json
import os
import shutil
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

FOLDER, HOST = Path(os.environ["LACHAN_SPIRIT"]), os.environ["LACHAN_SPIRIT_HOST"]


def start() -> None:
    """Django with Spirit's own project, as `spirit startproject` writes it."""
    import spirit

    project = FOLDER / "project"
    if not project.exists():
        template = Path(spirit.__file__).parent / "extra" / "project_template" / "project_name"
        shutil.copytree(template, project / "forum")
        for file in project.rglob("*.py"):
            file.write_text(file.read_text("utf-8").replace("{{ project_name }}", "forum"), "utf-8")
    sys.path.insert(0, str(project))
    os.environ["DJANGO_SETTINGS_MODULE"] = "forum.settings.dev"
    import django
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["127.0.0.1"]
    settings.DEBUG = False
    settings.LANGUAGE_CODE = "vi"
    settings.ST_TASK_MANAGER = None
    django.setup()


def fill() -> None:
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from spirit import __version__
    from spirit.category.models import Category
    from spirit.comment.models import Comment
    from spirit.topic.models import Topic
    from spirit.topic.private.models import TopicPrivate

    call_command("migrate", verbosity=0)
    plan = json.load(sys.stdin)
    people = [
        get_user_model().objects.create_user(f"ban_doc_{n}", f"b{n}@example.org", "mat-khau-dai")
        for n in range(9)
    ]
    sections = [Category.objects.create(title=title) for title in plan["sections"]]
    Category.objects.filter(pk=sections[2].pk).update(is_removed=True)
    private = Category.objects.filter(is_private=True).first()
    began = datetime(2026, 10, 1, 8, tzinfo=UTC)
    for number, row in enumerate(plan["topics"]):
        section = private if row["private"] else sections[row["section"]]
        topic = Topic.objects.create(
            user=people[number % 9],
            category=section,
            title=row["title"],
            date=began,
            is_removed=row["removed"],
            last_active=began + timedelta(hours=number),
        )
        if row["private"]:
            TopicPrivate.objects.create(user=people[0], topic=topic)
        for n, said in enumerate(row["comments"]):
            Comment.objects.create(
                user=people[(number + n) % 9],
                topic=topic,
                comment=said["text"],
                is_removed=said["removed"],
                comment_html=f"<p>{said['text']}</p>",
                date=began + timedelta(minutes=number * 60 + n),
            )
        Topic.objects.filter(pk=topic.pk).update(comment_count=len(row["comments"]))
    topics = Topic.objects.filter(category=sections[3]).values_list("pk", flat=True)
    places = ["/user/", f"/category/{sections[3].pk}/", *(f"/topic/{pk}/" for pk in topics)]
    rules = "".join(f"Disallow: {place}\n" for place in places)
    (FOLDER / "robots.txt").write_text(f"User-agent: *\n{rules}", "utf-8")
    print(__version__)


class Quiet(WSGIRequestHandler):
    def log_message(self, format, *args):
        """Nothing."""


def serve() -> None:
    from django.core.wsgi import get_wsgi_application

    forum, robots = get_wsgi_application(), (FOLDER / "robots.txt").read_bytes()

    def application(environ, start_response):
        if environ["PATH_INFO"] == "/robots.txt":
            start_response("200 OK", [("Content-Type", "text/plain")])
            return [robots]
        return forum(environ, start_response)

    address, port = HOST.split(":")
    make_server(address, int(port), application, handler_class=Quiet).serve_forever()


if __name__ == "__main__":
    start()
    {"fill": fill, "serve": serve}[sys.argv[1]]()
