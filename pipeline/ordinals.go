package pipeline

// ordinals numbers keys in the order in which they come. Its zero value is ready.
type ordinals[K comparable] struct {
	keys []K
	many map[K]int32 // of all keys, once they are more than few
}

// few keys are compared one by one, which costs less than to hash them; a person has
// seldom more cases or charges.
const few = 16

func (o *ordinals[K]) of(key K) int32 {
	if len(o.keys) <= few {
		for i := range o.keys {
			if o.keys[i] == key {
				return int32(i)
			}
		}
		return o.add(key)
	}
	if n, ok := o.many[key]; ok {
		return n
	}
	return o.add(key)
}

func (o *ordinals[K]) add(key K) int32 {
	n := int32(len(o.keys)) //nolint:gosec // a person has fewer rows
	o.keys = append(o.keys, key)
	if n < few {
		return n
	}
	if o.many == nil {
		o.many = map[K]int32{}
	}
	if n == few {
		for i := range few {
			o.many[o.keys[i]] = int32(i)
		}
	}
	o.many[key] = n
	return n
}

// reset forgets all keys.
func (o *ordinals[K]) reset() {
	if len(o.keys) > few {
		clear(o.many)
	}
	clear(o.keys) // they may hold on to a batch
	o.keys = o.keys[:0]
}
