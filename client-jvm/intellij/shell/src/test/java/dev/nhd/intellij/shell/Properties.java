package dev.nhd.intellij.shell;

import com.intellij.ide.util.PropertiesComponent;
import java.util.HashMap;
import java.util.Map;

/** As an IDE keeps them, without the file. */
final class Properties extends PropertiesComponent {
    private final Map<String, String> all = new HashMap<>();

    @Override
    public synchronized void unsetValue(String name) {
        all.remove(name);
    }

    @Override
    public synchronized boolean isValueSet(String name) {
        return all.containsKey(name);
    }

    @Override
    public synchronized String getValue(String name) {
        return all.get(name);
    }

    @Override
    public synchronized void setValue(String name, String value) {
        if (value == null) {
            all.remove(name);
        } else {
            all.put(name, value);
        }
    }

    @Override
    public void setValue(String name, String value, String defaultValue) {
        setValue(name, value != null && value.equals(defaultValue) ? null : value);
    }

    @Override
    public void setValue(String name, float value, float defaultValue) {
        setValue(name, String.valueOf(value), String.valueOf(defaultValue));
    }

    @Override
    public void setValue(String name, int value, int defaultValue) {
        setValue(name, String.valueOf(value), String.valueOf(defaultValue));
    }

    @Override
    public void setValue(String name, boolean value, boolean defaultValue) {
        setValue(name, String.valueOf(value), String.valueOf(defaultValue));
    }

    @Override
    public String[] getValues(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setValues(String name, String[] values) {
        throw new UnsupportedOperationException();
    }
}
