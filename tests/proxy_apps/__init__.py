"""Small apps, servers and clients for the tests of the proxy."""
