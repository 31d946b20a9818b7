"""The command line, a file a family of commands; `cli.py` puts them together.

data.py    init doctor retain backup restore
work.py    crawl import assess publish run stop resume serve
judge.py   classify train evaluate
read.py    search report audit index
demo.py    demo
"""
