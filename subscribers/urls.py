from django.urls import path

from subscribers.views import choosing, confirming, leaving, sign_up

app_name = "subscribers"
urlpatterns = [
    path("subscribe/", sign_up.subscribe, name="subscribe"),
    path("subscribe/stamp/", sign_up.stamp, name="stamp"),
    path("privacy/", sign_up.privacy, name="privacy"),
    path("confirm/<str:token>/", confirming.confirm, name="confirm"),
    path("confirm/address/<str:token>/", confirming.change, name="change"),
    path("preferences/<str:token>/", choosing.preferences, name="preferences"),
    path("preferences/<str:token>/data/", choosing.download, name="data"),
    path("preferences/<str:token>/erase/", choosing.erase, name="erase"),
    path("unsubscribe/<str:token>/", leaving.unsubscribe, name="unsubscribe"),
    path("unsubscribe/<str:token>/back/", leaving.come_back, name="come_back"),
    path("unsubscribe/<str:token>/reason/", leaving.give_reason, name="reason"),
]
