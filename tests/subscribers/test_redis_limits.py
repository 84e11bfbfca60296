"""How often something may be done, counted in a real Redis by the rules of the table."""

import datetime
import random
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import caches
from django.utils import timezone

from subscribers import limits
from subscribers.limits import Rule, take, take_in_table
from tests.machine import redis

pytestmark = pytest.mark.redis

NOW = timezone.now()
SECOND = datetime.timedelta(seconds=1)
MINUTE = datetime.timedelta(minutes=1)
APART = Rule(most=3, within=60 * MINUTE, apart=15 * MINUTE)


@pytest.fixture(scope="module")
def url():
    with redis() as found:
        yield found


@pytest.fixture(autouse=True)
def shared(settings, url):
    """Keep the caches of this process in Redis."""
    in_redis = {"BACKEND": "bitsletter.shared_cache.SharedCache", "LOCATION": url}
    settings.CACHES = {name: {**in_redis, "KEY_PREFIX": name} for name in settings.CACHES}
    caches["default"].clear()


@pytest.mark.once
class TestRules:
    def test_who_asks_too_soon_or_too_often_has_to_wait(self):
        minutes = (0, 14.9, 15, 29, 30, 45, 59, 60)

        taken = [take("this", APART, NOW + minute * MINUTE) for minute in minutes]

        assert taken == [True, False, True, False, True, False, False, True]

    def test_each_name_has_a_count_of_its_own(self):
        rule = Rule(most=1, within=MINUTE)

        assert [take("this", rule), take("that", rule), take("this", rule)] == [True, True, False]

    def test_of_many_who_ask_at_once_only_so_many_may(self):
        rule = Rule(most=7, within=MINUTE)
        with ThreadPoolExecutor(20) as threads:
            taken = list(threads.map(lambda _: take("this", rule), range(200)))

        assert sum(taken) == 7

    def test_redis_forgets_by_itself(self):
        take("this", Rule(most=1, within=SECOND))
        take("that", Rule(most=1, within=SECOND, apart=2 * SECOND))

        client = caches["default"]._cache.get_client()
        left = {name.decode().rpartition(":")[2]: client.pttl(name) for name in client.keys("*")}
        assert 0 < left["this"] <= 1000
        assert 1000 < left["that"] <= 2000


@pytest.mark.django_db
class TestBothEngines:
    @pytest.mark.parametrize("seed", range(5))
    def test_they_agree_on_any_row_of_moments(self, seed):
        chance = random.Random(seed)
        for number in range(8):
            most, apart = chance.randint(0, 4), chance.choice([0, 1, 5, 90]) * MINUTE
            rule = Rule(most, chance.choice([1, 10, 60]) * MINUTE, apart)
            moment = NOW
            for _ in range(30):
                moment += chance.choice([0, 1, 59, 60, 61, 300, 3600, -30]) * SECOND
                name = f"{seed}-{number}"
                assert take(name, rule, moment) == take_in_table(name, rule, moment), rule

    def test_where_there_is_redis_the_table_stays_empty(self):
        take("this", APART)

        assert limits.Limit.objects.count() == 0
