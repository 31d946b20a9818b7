"""Lá Chắn: finds public posts that endanger minors and brings each before a person who decides.

lachan.app  ->  crawlers | classifiers | review_ui | index | lachan.store | lachan.reports
            ->  lachan.pipeline  ->  lachan.domain
"""

__version__ = "0.1.0"
