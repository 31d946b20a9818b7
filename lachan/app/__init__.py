"""The composition root: settings, bootstrap, the command line, the scheduler, the demo."""
