package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/peacestate/peacestate/simulator/internal/world"
)

// with is p with one parameter, by its name, set to a value as describe prints
// it: a time as in 240h, anything else as JSON. Whether it makes a world,
// world.New says.
func with(p world.Parameters, name, value string) (world.Parameters, error) {
	all := reflect.ValueOf(&p).Elem()
	for i := range all.NumField() {
		if all.Type().Field(i).Tag.Get("json") != name {
			continue
		}
		// A value of its own: maps of other parameters are not written into.
		parsed := reflect.New(all.Field(i).Type())
		if err := parse(value, parsed.Interface()); err != nil {
			return p, fmt.Errorf("%s cannot be %s: %w", name, value, err)
		}
		all.Field(i).Set(parsed.Elem())
		return p, nil
	}
	return p, fmt.Errorf("there is no parameter %q: 'simulator describe' lists them", name)
}

// parse reads a value of a parameter.
func parse(value string, into any) (err error) {
	switch to := into.(type) {
	case *time.Duration:
		*to, err = time.ParseDuration(value)
		if err != nil {
			return errors.New("it is a time like 240h")
		}
		return nil
	case *[24]float64:
		var hours []float64
		if err := json.Unmarshal([]byte(value), &hours); err != nil || len(hours) != len(to) {
			return errors.New("it is a list of 24 numbers")
		}
		*to = [24]float64(hours)
		return nil
	case *map[string]float64:
		if err := json.Unmarshal([]byte(value), to); err != nil || *to == nil {
			return errors.New(`it is an object of numbers, like {"Market":1.2}`)
		}
		return nil
	case *int:
		if value == "null" || json.Unmarshal([]byte(value), to) != nil {
			return errors.New("it is a whole number")
		}
		return nil
	default:
		if value == "null" || json.Unmarshal([]byte(value), to) != nil {
			return errors.New("it is a number")
		}
		return nil
	}
}
