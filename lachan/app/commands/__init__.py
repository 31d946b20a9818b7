"""The command line, a file a family of commands; `cli.py` puts them together.

data.py    init doctor retain backup restore
work.py    crawl import assess publish recheck oncall alerts run stop resume serve
judge.py   classify train evaluate
lists.py   lists: issuer add confirm show remove
model.py   model: propose approve withdraw show
read.py    search report audit index
directory.py  directory: import list
demo.py    demo
"""
