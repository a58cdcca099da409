"""The handlers: each reads an update, calls the service, and shows the result.

Every module has `handlers(service)`, which gives the library's handlers for one concern.
"""
