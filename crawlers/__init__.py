"""The crawler: fetches registered public places, politely, and hands what it finds to intake.

    run.run_crawl -> spiders.place.PlaceSpider <- leases - intake
        request  -> guard (registered places, public addresses) -> robots -> the web
        response -> reading -> [reading_process: spiders.READERS[kind] (pure: bytes -> posts, links)] -> intake.receive
    fetch_once.OncePageFetcher: one page, once, for the check before approval

Reading:    reading.py (processes beside the crawler)  reading_process.py (one of them)
Fetching:   run.py  settings.py  guard.py  robots.py  fetch_once.py  spiders/
Extraction: extract.py (what all pages share)  thread.py  article.py  feed.py  links.py
            markup.py (trees and text)  encoding.py (bytes to Vietnamese)  times.py ("3 giờ trước")
"""
