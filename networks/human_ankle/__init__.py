"""The human ankle, part by part; `build.build` joins them."""
