(function () {
  var follow = document.getElementById("follow"), asked = 0;
  function ask() {
    asked += 1;
    var request = new XMLHttpRequest();
    request.open("GET", follow.getAttribute("data-address"));
    request.timeout = 10000;
    request.onload = function () {
      var told = {};
      try { told = JSON.parse(request.responseText); } catch (error) { told = {}; }
      if (told.state && told.state !== follow.getAttribute("data-state")) location.reload();
      else later();
    };
    request.onerror = request.ontimeout = later;
    request.send();
  }
  function later() { setTimeout(ask, asked < 15 ? 1000 : asked < 50 ? 3000 : 15000); }
  later();
})();
