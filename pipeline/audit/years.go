package audit

import "asylum/pipeline/rate"

func acrossYears(data rate.Data, opt Options) ([]Finding, error) { return nil, nil }
