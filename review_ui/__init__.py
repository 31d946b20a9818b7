"""The desk: where people decide. FastAPI, templates, plain forms; a small script makes it quicker.

request -> headers -> size_limit -> guard (session, permission, form token) -> routes/* -> use cases
                                       \\-> failures (errors into pages)          \\-> pages (templates, language)

application  puts it together          desk          what it works with: ports and use cases
permissions  route -> permission       guard         Visit: one request of one person
tokens       cookies, form tokens      headers, size_limit, rate_limit   what is let in and out
pages        Jinja environments        language      Vietnamese, English, refusals in words
moments      times, ages, clocks       passage       masked, highlighted text; differences
reveal       one masked detail, logged case_view     everything a case page shows
done         what was just done, undo  duty, health  who is there for the other half; when a break is due
templates/, static/, locale/           what people see
"""

from review_ui.application import create_app
from review_ui.desk import DemoAccount, DemoInfo, Desk

__all__ = ["DemoAccount", "DemoInfo", "Desk", "create_app"]
