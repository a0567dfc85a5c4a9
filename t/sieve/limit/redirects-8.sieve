redirect "user0@example.com";
redirect "user1@example.com";
redirect "user2@example.com";
redirect "user3@example.com";
redirect "user4@example.com";
redirect "user5@example.com";
redirect "user6@example.com";
redirect "user7@example.com";
