"""The one act by which a plan changes, and what it rests on: drafts of routes, the verdict, states, news, replaying."""
