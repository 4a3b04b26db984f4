package io.longlink.app.phone;

import android.content.Context;
import android.net.ConnectivityManager;
import android.net.Network;
import android.net.NetworkCapabilities;
import android.net.NetworkInfo;
import android.net.NetworkRequest;
import io.longlink.app.model.Hub;

/** Tells the link which network there is, as soon as it is another one. */
final class NetworkWatch extends ConnectivityManager.NetworkCallback {
    private final ConnectivityManager manager;
    private final Hub hub;

    NetworkWatch(Context context, Hub hub) {
        this.hub = hub;
        manager = (ConnectivityManager) context.getSystemService(Context.CONNECTIVITY_SERVICE);
        NetworkRequest any = new NetworkRequest.Builder()
                .addCapability(NetworkCapabilities.NET_CAPABILITY_INTERNET)
                .build();
        manager.registerNetworkCallback(any, this);
    }

    void end() {
        manager.unregisterNetworkCallback(this);
    }

    @Override
    public void onAvailable(Network network) {
        tell();
    }

    @Override
    public void onLost(Network network) {
        tell();
    }

    /** Says what there is. */
    void tell() {
        String name = name();
        hub.desk.execute(() -> {
            if (hub.account() != null) {
                hub.account().link().networkChanged(name);
            }
        });
    }

    /**
     * A name that stays the same with the network where Android gives one (the operator's); for a Wi-Fi, whose name an
     * app does not learn without knowing where the phone is, the number that it has until it is left.
     */
    private String name() {
        NetworkInfo active = manager.getActiveNetworkInfo();
        if (active == null || !active.isConnected()) {
            return null;
        }
        String extra = active.getExtraInfo();
        if (extra != null && active.getType() == ConnectivityManager.TYPE_MOBILE) {
            return active.getTypeName() + "/" + extra;
        }
        for (Network network : manager.getAllNetworks()) {
            NetworkInfo info = manager.getNetworkInfo(network);
            if (info != null && info.isConnected() && info.getType() == active.getType()) {
                return active.getTypeName() + "/" + network;
            }
        }
        return active.getTypeName();
    }
}
