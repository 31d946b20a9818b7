"""Real blog, wiki and forum programs on loopback, filled with harmless posts by script, for the crawler to read.

planted.py      the texts, each known by its number, and what is public of them
site.py         a running program: where, what was planted, which places of it are registered
wordpress.py    WordPress from Debian's package, on MariaDB
dokuwiki.py     DokuWiki from Debian's package
spirit.py       Spirit, a Django forum from PyPI, in a virtual environment of its own
isso.py         Isso, comments for static pages, from PyPI
reading.py      the product's own crawl over a site, and what intake took of it
"""
