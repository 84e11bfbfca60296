"""How gunicorn serves the site; the environment's BIND, PORT and WEB_WORKERS may change it."""

import os

# Whoever reaches it says how a reader came (see PROXIES): a proxy alone should.
bind = f"{os.environ.get('BIND', '127.0.0.1')}:{os.environ.get('PORT', '8000')}"
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = 4
# Now and then a worker starts anew, not all at once, so that a slow leak never adds up. Rarely,
# since it keeps pages and begins with none.
max_requests = 200_000
max_requests_jitter = 20_000
# Two servers of one user would share the path of the control socket.
control_socket_disable = True
