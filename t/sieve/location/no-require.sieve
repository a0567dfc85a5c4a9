redirect :location "a@example.org";
