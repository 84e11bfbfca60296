"""The demo archive: ten issues of Bitsletter and the pictures in them."""
