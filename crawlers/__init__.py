"""The crawler: fetches registered public places, politely, and hands what it finds to intake.

    run.run_crawl -> spiders.place.PlaceSpider <- leases - intake
        request  -> guard (registered places, public addresses) -> robots -> the web
        response -> reading -> [reading_process: spiders.READERS[kind] (pure: bytes -> posts, links)] -> intake.receive
    fetch_once.OncePageFetcher: one page, once, for the check before approval

Reading:    reading.py (processes beside the crawler)  reading_process.py (one of them)
Fetching:   run.py  settings.py  guard.py  robots.py  fetch_once.py  spiders/
Extraction: extract.py (what all pages share)  thread.py  article.py  feed.py  links.py
            boxes.py (where posts stand: by name, else)  records.py (by what each holds: a moment, words)
            runs.py (posts that no element holds)  template.py (what the posts of a page have in common)
            moments.py (what says when)
            markup.py (trees and text)  encoding.py (bytes to Vietnamese)  times.py ("3 giờ trước")
"""
