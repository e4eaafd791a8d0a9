"""The pages for everybody: what is published, without signing in, without a cookie, without a script."""
