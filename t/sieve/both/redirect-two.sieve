redirect "carol@example.net";
redirect "dan@example.net";
