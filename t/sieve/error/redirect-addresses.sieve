# RFC 5228 section 2.4.2.3: one address; lists, groups and routes are errors.
redirect "";
redirect "user";
redirect "@example.com";
redirect "user@";
redirect "a@example.com, b@example.com";
redirect "a@example.com,";
redirect "friends: a@example.com;";
redirect "<@relay.example:a@example.com>";
redirect "A <a@example.com> b@example.com";
redirect "A <a@example.com";
redirect "a@example.com
X-Injected: yes";
redirect "<>";
