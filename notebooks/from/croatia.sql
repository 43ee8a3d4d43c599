-- asylum rate unhcr_total_protection --period 2023 --format parquet > rates.parquet
SELECT format('{} results, {} percentages, {} of Namibia', count(*), count(value), count(*) FILTER (citizen = 'NA'))
FROM 'rates.parquet'
UNION ALL
SELECT format('Croatia, Russians: {} of {} = {:.1f}%, by rounding {:.1f}% to {:.1f}%', num, den, 100 * value, 100 * lo, 100 * hi)
FROM 'rates.parquet' WHERE citizen = 'RU' AND geo = 'HR';
