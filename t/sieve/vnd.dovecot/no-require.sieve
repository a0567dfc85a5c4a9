require ["variables"];
set "a" "${env.name}";
