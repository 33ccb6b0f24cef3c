"""Knowledge articles, and tickets that one of them solves."""
