"""dispatch demo: a sample company in a real city, its day planned and shown."""

from api.cli.demo.command import demo

__all__ = ["demo"]
