"""The design system: page frames, components, forms, styles and behaviours. It knows no model and no permission."""
